"""What a record means: fields, classifications, kinds of unknown, concepts of homicide, the columns of every table.

All of it is data in this folder (``fields.toml``, ``classifications/``, ``unknown.toml``, ``concepts.toml``,
``age_groups.toml``); the modules only read and apply it.
"""

from convive.standard.ages import age_group_expression
from convive.standard.classification import Classification, Code, classification, classifications
from convive.standard.concepts import Concept, Rule, concept, concept_columns, concept_expression, concepts
from convive.standard.fields import (
    Field,
    coded_fields,
    fields,
    groups,
    measured_fields,
    place_fields,
    record_fields,
)
from convive.standard.icd10 import icd10_key, icd10_lookup
from convive.standard.schema import (
    aggregates_schema,
    case_records_schema,
    case_schema,
    case_values_schema,
    figures_schema,
    files_schema,
    links_schema,
    record_schema,
    rejects_schema,
)
from convive.standard.unknown import KINDS, MISSING_KINDS, UNKNOWN_KINDS, UnknownKind, is_known, is_missing

__all__ = [
    "KINDS",
    "MISSING_KINDS",
    "UNKNOWN_KINDS",
    "Classification",
    "Code",
    "Concept",
    "Field",
    "Rule",
    "UnknownKind",
    "age_group_expression",
    "aggregates_schema",
    "case_records_schema",
    "case_schema",
    "case_values_schema",
    "classification",
    "classifications",
    "coded_fields",
    "concept",
    "concept_columns",
    "concept_expression",
    "concepts",
    "fields",
    "figures_schema",
    "files_schema",
    "groups",
    "icd10_key",
    "icd10_lookup",
    "is_known",
    "is_missing",
    "links_schema",
    "measured_fields",
    "place_fields",
    "record_fields",
    "record_schema",
    "rejects_schema",
]
