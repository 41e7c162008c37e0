"""What is set from outside, through environment variables `MATCHMAKER_...`."""

from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_PAGE = Path(__file__).parent / "page"  # the built page inside an installed package


class Settings(BaseSettings):
    """The settings of one installation.

    `database_url` names any PostgreSQL 15 or later; without it one is started in `data_folder`. `origin` is the
    address at which people reach the page, whose built files are in `page_folder`. Mail goes out through
    `smtp_host`; without one, messages are shown on the console while `origin` is this machine, and held back with
    an error in the log anywhere else. An empty variable counts as none: compose files pass those.

    `embedder` names the model that reads texts (`matchmaker.matching.embedding.embedder_named`; what comes with
    the program if empty), `embedder_key` the bearer token of an embedding server.

    `reranker` names a chat server that reads the pairs of the lists of events whose organisers wish so
    (`matchmaker.matching.chat_server.chat_server_named`; off if empty), `reranker_key` its bearer token; it is asked
    about `reranker_pairs` pairs after each ranking at most.

    `statement_timeout`, `lock_timeout` and `idle_in_transaction_timeout` (seconds, 0: none) bound what a request may
    cost the database; workers have their own (`api.core.database.JOB_TIMEOUTS`). A participant sends at most
    `requests_per_hour` requests, of which `open_requests` may be pending or accepted at a time.
    """

    model_config = SettingsConfigDict(env_prefix="MATCHMAKER_", env_ignore_empty=True, extra="ignore")

    database_url: str | None = None
    data_folder: Path = Path("data")
    page_folder: Path = _PAGE if _PAGE.is_dir() else Path(__file__).parents[1] / "frontend" / "build"
    origin: str = "http://127.0.0.1:8000"

    smtp_host: str | None = None
    smtp_port: int = 587
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_starttls: bool = True
    mail_from: str = "Matchmaker <matchmaker@localhost>"

    embedder: str = ""
    embedder_key: SecretStr | None = None
    reranker: str = ""
    reranker_key: SecretStr | None = None
    reranker_pairs: int = 5000

    session_days: int = 30
    link_minutes: int = 30
    links_per_hour: int = 5
    links_per_hour_and_address: int = 1000  # a whole event sits behind one address
    code_attempts: int = 5
    requests_per_hour: int = 60
    open_requests: int = 300

    statement_timeout: float = 30
    lock_timeout: float = 5
    idle_in_transaction_timeout: float = 60
    wrong_codes_per_hour: int = 500  # of all together: one in 2,000 hours of guessing at random would hit

    @field_validator("database_url")
    @classmethod
    def _only_postgresql(cls, url: str | None) -> str | None:
        if url is not None and urlsplit(url).scheme not in ("postgresql", "postgres"):
            raise ValueError("expected an address like postgresql://user:password@host/matchmaker")
        return url

    @field_validator("origin")
    @classmethod
    def _only_scheme_and_host(cls, origin: str) -> str:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError("expected an address like https://meet.example.org, without a path")
        return f"{parts.scheme}://{parts.netloc}"

    @field_validator("reranker")
    @classmethod
    def _model_at_address(cls, reranker: str) -> str:
        model, _, address = reranker.partition("@http")
        if reranker and not (model and urlsplit("http" + address).hostname):
            raise ValueError("expected MODEL@http://HOST/v1 or MODEL@https://HOST/v1")
        return reranker

    @property
    def secure(self) -> bool:
        """Whether people come by https; cookies are then sent by https only."""
        return self.origin.startswith("https://")

    @cached_property
    def local(self) -> bool:
        """Whether only this machine can reach the page: somebody tries the program out."""
        return urlsplit(self.origin).hostname in ("127.0.0.1", "localhost", "::1")
