import type { Catalogue } from '../catalogue';

export const writing: Pick<Catalogue, 'writing' | 'gaps'> = {
  writing: {
    fit: { one: '{n} personne correspond.', many: '{n} de personnes correspondent.', other: '{n} personnes correspondent.' },
    best: { one: 'Meilleure affinité :', other: 'Meilleures affinités :' },
    strong: 'forte',
    good: 'bonne',
    possible: 'possible',
    nobodyNeeds: 'Personne ici n’en a encore besoin.',
    nobodyOffers: 'Personne ici ne le propose encore.',
    generic: 'Presque tout le monde pourrait écrire cela. Précisez pour quoi, quand et combien.',
    same: 'Le même texte figure dans vos offres et dans vos besoins.',
    short: 'Quelques mots de plus seraient utiles.',
    forWhat: 'Précisez pour quoi.',
    howMuch: 'Précisez quand, ou combien.',
    forWhatHowMuch: 'Précisez pour quoi, quand et combien.',
    suggested: 'Suggestion : {tags}',
    use: 'Appliquer',
    useOf: 'Appliquer la suggestion pour {name}'
  },
  gaps: {
    title: 'Ce qui manque à l’événement',
    lead: 'Selon le classement en service, entre personnes qui peuvent se rencontrer : pas même une affinité possible.',
    needs: {
      one: '{n} besoin sans réponse',
      many: '{n} de besoins sans réponse',
      other: '{n} besoins sans réponse'
    },
    offers: {
      one: '{n} offre sans preneur',
      many: '{n} d’offres sans preneur',
      other: '{n} offres sans preneur'
    },
    noNeeds: 'Chaque besoin trouve une réponse.',
    noOffers: 'Chaque offre trouve preneur.',
    reading: 'Comparaison de toutes les offres et de tous les besoins',
    unranked: 'À voir dès qu’il y a un classement.',
    all: 'Tout afficher ({n})',
    first: 'Les {n} premiers sont affichés, les plus éloignés de toute affinité en tête.'
  }
};
