/* What somebody is told while writing an offer or a need, and what the organiser is told the event lacks. */
export const writing = {
  writing: {
    fit: { one: '{n} person fits.', other: '{n} people fit.' },
    best: { one: 'Best match:', other: 'Best matches:' },
    strong: 'strong',
    good: 'good',
    possible: 'possible',
    nobodyNeeds: 'Nobody here needs this yet.',
    nobodyOffers: 'Nobody here offers this yet.',
    generic: 'Almost anybody could write this. Say for what, when and how much.',
    same: 'You wrote the same under offers and under needs.',
    short: 'A few more words would help.',
    forWhat: 'Say for what.',
    howMuch: 'Say when, or how much.',
    forWhatHowMuch: 'Say for what, when and how much.',
    suggested: 'Suggested: {tags}',
    use: 'Use',
    useOf: 'Use the suggestion for {name}'
  },
  gaps: {
    title: 'What the event lacks',
    lead: 'By the ranking in use, among people who may meet: not even a possible match.',
    needs: { one: '{n} need that nobody answers', other: '{n} needs that nobody answers' },
    offers: { one: '{n} offer that nobody needs', other: '{n} offers that nobody needs' },
    noNeeds: 'Somebody answers every need.',
    noOffers: 'Somebody needs every offer.',
    reading: 'Comparing all offers with all needs',
    unranked: 'Known once there is a ranking.',
    all: 'Show all {n}',
    first: 'The first {n} are shown, the furthest from any match on top.'
  }
} as const;
