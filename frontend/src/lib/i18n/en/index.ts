import { attendee } from './attendee';
import { common } from './common';
import { organiser } from './organiser';

export const en = { ...common, ...attendee, ...organiser };
