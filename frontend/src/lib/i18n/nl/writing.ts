import type { Catalogue } from '../catalogue';

export const writing: Pick<Catalogue, 'writing' | 'gaps'> = {
  writing: {
    fit: { one: '{n} persoon past hierbij.', other: '{n} mensen passen hierbij.' },
    best: { one: 'Beste match:', other: 'Beste matches:' },
    strong: 'sterk',
    good: 'goed',
    possible: 'mogelijk',
    nobodyNeeds: 'Niemand hier zoekt dit al.',
    nobodyOffers: 'Niemand hier biedt dit al aan.',
    generic: 'Bijna iedereen zou dit kunnen schrijven. Zeg waarvoor, wanneer en hoeveel.',
    same: 'Dezelfde tekst staat bij uw aanbod en bij uw behoeften.',
    short: 'Enkele woorden meer zouden helpen.',
    forWhat: 'Zeg waarvoor.',
    howMuch: 'Zeg wanneer, of hoeveel.',
    forWhatHowMuch: 'Zeg waarvoor, wanneer en hoeveel.',
    suggested: 'Voorstel: {tags}',
    use: 'Overnemen',
    useOf: 'Overnemen wat wordt voorgesteld voor {name}'
  },
  gaps: {
    title: 'Wat het evenement mist',
    lead: 'Volgens de rangschikking in gebruik, onder mensen die elkaar mogen ontmoeten: zelfs geen mogelijke match.',
    needs: { one: '{n} behoefte zonder aanbod', other: '{n} behoeften zonder aanbod' },
    offers: 'Aanbod zonder vraag: {n}',
    noNeeds: 'Voor elke behoefte is er iemand.',
    noOffers: 'Voor elk aanbod is er iemand.',
    reading: 'Elk aanbod wordt met elke behoefte vergeleken',
    unranked: 'Bekend zodra er een rangschikking is.',
    all: 'Alle {n} tonen',
    first: 'De eerste {n} worden getoond, het verst van elke match bovenaan.'
  }
};
