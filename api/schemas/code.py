"""One-time codes as a second factor."""

from pydantic import Field

from api.schemas.base import Answer, Body
from api.schemas.token import CODE, PASSWORD


class CodeSecret(Answer):
    """What an authenticator app needs; shown now and never again."""

    secret: str = Field(description="Base32, to be typed")
    uri: str = Field(description="otpauth address, to be shown as a picture")


class CodeConfirmed(Body):
    """A first code, which proves that the app has the secret."""

    code: str = CODE


class PasswordAgain(Body):
    """The password once more."""

    password: str = PASSWORD
