"""`switch openapi`: the contract with banks and billers, as it is checked in under docs/openapi.json."""

from switch.api.app import contract


def openapi() -> None:
    """Print the OpenAPI document of the API."""
    print(contract(), end="")
