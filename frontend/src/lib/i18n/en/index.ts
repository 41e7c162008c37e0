import { attendee } from './attendee';
import { common } from './common';
import { matching } from './matching';
import { organiser } from './organiser';

export const en = { ...common, ...attendee, ...organiser, ...matching };
