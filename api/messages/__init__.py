"""Mail. The only message is the one to sign in with (`templates/`): agendas are read or downloaded, not sent."""
