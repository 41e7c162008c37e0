import type { Catalogue } from '../catalogue';

export const matching: Pick<Catalogue, 'matching' | 'proposals'> = {
  matching: {
    lead: 'Qui est montré à chaque participant, et les rendez-vous que vous proposez vous-même.',
    ranking: 'Le classement en service',
    none: 'Il n’y a pas encore de classement.',
    made: 'Établi {when}.',
    queued: 'Un nouveau classement attend son tour.',
    running: 'Un nouveau classement est en cours.',
    failed: 'Le dernier classement a échoué. Le précédent reste en service.',
    again: 'Reclasser',
    exposure: 'Chacun regarde les dix premières de ses affinités. Ce que montrent ces places :',
    neverShown: 'des personnes ne sont montrées à personne',
    gini: 'inégalité d’attention (Gini : 0, égale pour tous ; 1, toute pour un seul)',
    value: 'score moyen de ce qui est montré',
    undamped: '{n} sans répartition',
    tooLittle: {
      one: 'personne a trop peu de texte pour une affinité',
      many: 'de personnes ont trop peu de texte pour une affinité',
      other: 'personnes ont trop peu de texte pour une affinité'
    },
    ofPeople: { one: 'sur {n} personne', many: 'sur {n} de personnes', other: 'sur {n} personnes' },
    whoTooLittle: 'Qui a trop peu de texte',
    notLearning: 'Désactivé quand ce classement a été établi.',
    rules: 'Règles',
    rulesLead:
      'Chaque modification entraîne un nouveau classement. Des collègues ne sont jamais rapprochés, ni deux personnes dont l’une a dit « jamais ».',
    country: 'Bonus pour deux pays',
    countryHint: 'Relève le score de personnes de pays différents de cette part de ce qui manque jusqu’à 100.',
    theme: 'Bonus pour thèmes communs',
    themeHint: 'De même, pour qui partage tous ses thèmes ; en partie, pour qui en partage quelques-uns.',
    met: 'Retrait pour s’être déjà vus',
    metHint: {
      one: 'Pour qui s’est vu lors d’un de vos événements précédents : {n} paire connue.',
      other: 'Pour qui s’est vu lors d’un de vos événements précédents : {n} paires connues.'
    },
    spread: 'Répartition des recommandations',
    spreadHint: 'À 0 %, les mêmes peuvent figurer dans toutes les listes. À 100 %, l’attention est partagée.',
    mayMeet: 'Qui peut rencontrer qui',
    mayMeetHint:
      'Décochez une paire pour tenir deux types à l’écart : ni affinité ni demande de rendez-vous entre eux.',
    pair: '{one} avec {other}',
    learning: 'Apprentissage par les réponses',
    learningHint:
      'Les oui et les non, à cet événement et à vos précédents, disent ce qui compte. Utilisé seulement s’il se montre meilleur que le score simple.',
    reading: 'Seconde lecture par un modèle de langage',
    readingLead:
      'Le modèle choisi pour cette installation lit les textes des deux personnes de chaque paire des listes, ordonne les listes d’après eux et dit pourquoi en une ligne. Il reçoit besoins, offres et types de participation ; ni noms, ni organisations, ni adresses.',
    readingOn: 'Activer',
    readingOff: 'Désactiver',
    readingIsOff: 'Désactivée.',
    readingTitle: 'Activer la seconde lecture ?',
    readingUnread: {
      one: '{n} paire sur {all} n’est pas lue.',
      many: '{n} de paires sur {all} ne sont pas lues.',
      other: '{n} paires sur {all} ne sont pas lues.'
    },
    readingRequests: {
      one: '{n} demande, environ {input} jetons envoyés et {output} reçus ; leur prix dépend du serveur du modèle.',
      many: '{n} de demandes, environ {input} jetons envoyés et {output} reçus ; leur prix dépend du serveur du modèle.',
      other: '{n} demandes, environ {input} jetons envoyés et {output} reçus ; leur prix dépend du serveur du modèle.'
    },
    readingRest: 'Le reste suit après les prochains classements.',
    readingQueued: 'La lecture attend qu’il n’y ait rien d’autre à calculer.',
    readingRunning: {
      one: '{n} demande sur {all} est faite.',
      many: '{n} de demandes sur {all} sont faites.',
      other: '{n} demandes sur {all} sont faites.'
    },
    readingDone: {
      one: '{n} paire sur {all} est lue.',
      many: '{n} de paires sur {all} sont lues.',
      other: '{n} paires sur {all} sont lues.'
    },
    readingStop: 'Arrêter la lecture'
  },
  proposals: {
    title: 'Rendez-vous que vous proposez',
    lead: 'Un ensemble où personne n’est oublié ni surchargé. Vous le voyez avant que quiconque soit sollicité, et pouvez le reprendre.',
    minimum: 'Au moins, chacun',
    maximum: 'Au plus, chacun',
    least: 'Score minimal',
    between: 'Entre',
    and: 'et',
    anybody: 'tous ceux qui peuvent se voir',
    order: 'Au moins le minimum.',
    findHint:
      'Les rendez-vous déjà convenus comptent. Pour atteindre le minimum, toute affinité convient ; au-delà, seules celles du score minimal.',
    find: 'Chercher des rendez-vous',
    queued: 'En attente',
    running: 'Recherche du meilleur ensemble de rendez-vous',
    failed: 'La recherche de rendez-vous a échoué. Le journal du serveur indique où.',
    found: { one: '{n} rendez-vous à proposer', other: '{n} rendez-vous à proposer' },
    forPeople: 'Pour {n} personnes sur {all}.',
    kept: { one: '{n} est le même que la dernière fois.', other: '{n} sont les mêmes que la dernière fois.' },
    proven: 'Prouvé : il n’existe pas de meilleur ensemble.',
    notProven: 'Sans preuve que ce soit le meilleur ensemble.',
    people: 'Qui en a combien',
    short: 'Sous le minimum',
    nobodyShort: 'Chacun atteint le minimum.',
    agreed: 'Convenus',
    proposed: 'Proposés',
    with: 'Proposés avec, et score',
    adopt: 'Adopter',
    adoptTitle: { one: 'Adopter {n} rendez-vous ?', other: 'Adopter {n} rendez-vous ?' },
    adoptHint: 'Les paires qui se sont entre-temps sollicitées ou refusées sont laissées de côté.',
    accepted: 'Comme rendez-vous convenus',
    acceptedHint: 'Personne ne doit répondre ; le prochain programme les place.',
    pending: 'Comme demandes',
    pendingHint: 'L’un des deux est prié de répondre ; le prochain programme place ce qui est accepté.',
    adopted: { one: '{n} rendez-vous est adopté.', other: '{n} rendez-vous sont adoptés.' },
    leftOut: { one: '{n} a été laissé de côté.', other: '{n} ont été laissés de côté.' },
    adoptedSets: 'Adoptés',
    standing: { one: '{n} rendez-vous en vigueur', other: '{n} rendez-vous en vigueur' },
    adoptedAt: 'adoptés {when}',
    withdraw: 'Reprendre',
    withdrawTitle: { one: 'Reprendre {n} rendez-vous ?', other: 'Reprendre {n} rendez-vous ?' },
    withdrawHint:
      'Tous ceux de l’ensemble qui tiennent encore sont retirés, aussi ceux que les gens ont acceptés. Les brouillons qui les contiennent ne peuvent plus être publiés. Ce qui a été refusé reste refusé.',
    withdrawn: { one: '{n} rendez-vous a été repris.', other: '{n} rendez-vous ont été repris.' }
  }
};
