"""Words of grammar, which a search does not look for beside others: a short list of English, French, Dutch and German.

It leaves out what is also a term of the field: French "car" (CAR-T).
"""

from matchmaker.text import fold

_ENGLISH = """
a about an and are as at be been but by can do does for from had has have he her his how i if in into is it its me my
no nor not of on or our she so such than that the their them then there these they this those to too us was we were
what when where which who whom whose why will with would you your
"""
_FRENCH = """
à afin ainsi au aussi aux avec ce ces cet cette chez comme dans de des donc dont du elle elles en entre est et être eux
il ils je la le les leur leurs lui ma mais me mes moi mon ne nos notre nous on ont ou où par pas pour qu que quel quelle
qui sa sans se ses si son sont sous sur ta te tes toi ton tu un une vos votre vous y
"""
_DUTCH = """
aan al als bij dan dat de den der deze die dit door een en er haar heb hebben heeft het hij hoe hun ik in is je jij kan
me met mij mijn na naar niet nog nu of om omdat onder ons onze ook op over te ten ter tot u uit uw van voor waar was wat
we wel welke wie wij worden wordt zal ze zich zij zijn zo zonder zou
"""
_GERMAN = """
aber alle als am an auch auf aus bei bin bis das dass dem den der des die dies diese dieser dieses durch ein eine einem
einen einer eines er es für haben hat ich ihr ihre im in ist kann kein keine mit nach nicht noch nur oder ohne sein
seine sich sie sind so über um und uns unser unsere unter vom von vor war was wenn wer werden wie wir wird wo zu zum zur
"""
STOP_WORDS = frozenset(fold(_ENGLISH + _FRENCH + _DUTCH + _GERMAN).split())
"""Folded, as `matchmaker.text.fold` does it."""
