import type { components } from './schema';

type Schemas = components['schemas'];

export type Me = Schemas['Me'];
export type Event = Schemas['Event'];
export type Slot = Schemas['Slot'];
export type Place = Schemas['Place'];
export type Participant = Schemas['Participant'];
export type ParticipantBrief = Schemas['ParticipantBrief'];
export type Statement = Participant['offers'][number];
export type Match = Schemas['Match'];
export type Reason = Match['reasons'][number];
export type MeetingRequest = Schemas['MeetingRequest'];
export type RequestStatus = MeetingRequest['status'];
export type Preference = MeetingRequest['preference'];
export type Schedule = Schemas['Schedule'];
export type GoalReport = Schemas['GoalReport'];
export type Grid = Schemas['Grid'];
export type GridMeeting = Grid['meetings'][number];
export type Unplaced = Grid['unplaced'][number];
export type Agenda = Schemas['Agenda'];
export type AgendaEntry = Agenda['entries'][number];
export type Matching = Schemas['Matching'];
export type MatchingRules = Schemas['MatchingRules'];
export type Proposals = Schemas['Proposals'];
export type ProposalsPreview = Schemas['ProposalsPreview'];
export type Report = Schemas['Report'];
export type Page<T> = { items: T[]; total: number; limit: number; offset: number };
