"""What schemathesis cannot know of the admin API: which refusals are of a request's form, and which of its meaning."""

import re

import schemathesis
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.specs.openapi.checks import positive_data_acceptance

# 400 and 415 are of the form, but for a cursor that is from no list and for documents of other systems (bad_request). 422 is of the meaning (what is there,
# what another member says, what the gateway takes), but for what the schemas themselves say of a member.
MEANING = {"invalid_cursor", "version_mismatch", "bad_request"}
# Two parameters that do or do not go together, which OpenAPI cannot say.
TOGETHER = re.compile(r"^(is for requests with shape |names another connector than connectorId )")
FORM = re.compile(
    r"^(Invalid|Too |Unrecognized|is not known here|must be an ISO 8601|must be a whole number|must be 1 to 64 of)"
)
# Checked by the gateway's own schema, which the document leaves open.
OPEN = re.compile(r"^/(settings|secrets|gatewaySecrets)(/|$)")


def is_of_the_form(problem):
    if problem["status"] != 422:
        together = problem["errors"] and all(TOGETHER.match(error["message"]) for error in problem["errors"])
        return problem["code"] not in MEANING and not together
    return any(FORM.match(error["message"]) and not OPEN.match(error["field"]) for error in problem["errors"])


@schemathesis.check
def well_formed_is_taken(ctx, response, case):
    """A request that the document allows is not refused for its form."""
    try:
        positive_data_acceptance(ctx, response, case)
    except RejectedPositiveData:
        # With shape the body is a document of another system, which this one does not describe.
        if "shape" not in (case.query or {}) and is_of_the_form(response.json()):
            raise
