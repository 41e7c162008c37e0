"""Words that any profile could have, in English, French, Dutch and German, as `matchmaker.text.fold` writes them."""

_GENERIC = """
business businesses client clients collaborate collaboration collaborations collaborative companies company connection
connections contact contacts cooperation cooperations customer customers exchange exchanges exciting experience
expertise find good growth ideas innovation innovations innovative interested interesting knowledge leads looking meet
meeting meetings network networking networks opportunities opportunity other partner partnering partners partnership
partnerships people potential project projects quality seek seeking service services sharing solution solutions
strategic support synergies synergy that this want with your
affaires autres avec besoin bonnes cherche cherchons clients collaborations collaborer competence competences contacts
cooperer decouvrir developpement developper echange echanger echanges entreprise entreprises faire idees innovant
innovante innovantes innovants interessant interessante interessantes interessants mise notre nous nouveaux nouvelle
nouvelles opportunite opportunites partenaire partenaires partenariat partenariats personnes potentiel potentiels pour
projet projets qualite recherchons relation relations rencontre rencontrer rencontres reseau reseautage reseaux savoir
solutions strategique strategiques synergies
andere bedrijf bedrijven contacten delen ervaring goede groei hebben ideeen innovatie innovatief innovaties
innovatieve interessante kansen kennis kennismaken klant klanten leren mensen mogelijkheden mogelijkheid netwerk
netwerken nieuwe ontmoeten ontmoetingen onze oplossing oplossingen opportuniteiten partners partnerschap
partnerschappen potentiele projecten relaties samen samenwerken samenwerking samenwerkingen strategische synergie
synergieen uitwisselen uitwisseling voor willen zaken zoek zoeken zoekt
austausch chancen erfahrung firmen geschaft geschafte gute ideen innovationen innovativ innovative innovativen
interessiert kennenlernen kontakt kontakte kooperation kooperationen kunden leute losung losungen menschen moglichkeit
moglichkeiten netzwerk netzwerken neue partnerschaft partnerschaften potenzielle projekt projekte suche suchen
synergien treffen unternehmen wachstum wissen zusammenarbeit
"""
GENERIC = frozenset(_GENERIC.split())
"""What alone says nothing of what somebody offers or needs."""

_PURPOSE = """
for to in on of
pour en dans sur de du d
voor om op in van ter
fur zu zum zur im auf bei
"""
PURPOSE = frozenset(_PURPOSE.split())
"""What leads to a purpose or a field: "a partner for", "la fabrication de"."""
