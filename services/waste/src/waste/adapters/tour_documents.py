"""Tours and proposals as JSON documents, and back: what is read is checked against the classes."""

from typing import Any

from pydantic import TypeAdapter

from waste.domain.tour import Tour
from waste.domain.tour_proposal import Proposal

_tours = TypeAdapter(Tour)
_proposals = TypeAdapter(Proposal)


def tour_document(tour: Tour) -> Any:
    """The tour as JSON values."""
    return _tours.dump_python(tour, mode="json")


def tour_of(document: Any) -> Tour:
    """The tour of a document; raises pydantic.ValidationError for what is none."""
    return _tours.validate_python(document)


def proposal_document(proposal: Proposal) -> Any:
    """The proposal as JSON values."""
    return _proposals.dump_python(proposal, mode="json")


def proposal_of(document: Any) -> Proposal:
    """The proposal of a document; raises pydantic.ValidationError for what is none."""
    return _proposals.validate_python(document)
