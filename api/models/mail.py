"""The mail that waits to be sent."""

from sqlalchemy.orm import Mapped

from api.models.base import Base, Created, Identified


class OutgoingMail(Identified, Base):
    """A message until it is sent; then the row goes. A job holds only its number, so that no log shows a sign-in link."""

    __tablename__ = "outgoing_mail"

    recipient: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[Created]
