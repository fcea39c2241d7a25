"""What the tests of the documents share."""

from tests.support.demonstration import demo

__all__ = ["demo"]
