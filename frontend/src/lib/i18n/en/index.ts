import { attendee } from './attendee';
import { common } from './common';
import { matching } from './matching';
import { organiser } from './organiser';
import { writing } from './writing';

export const en = { ...common, ...attendee, ...organiser, ...matching, ...writing };
