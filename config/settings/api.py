"""Django REST framework and the published schema."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["core.api.authentication.RequestAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],  # `core.access` asks the matrix before any view runs
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "core.api.parsers.StrictJSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_PAGINATION_CLASS": "core.api.pagination.Pages",
    "DEFAULT_FILTER_BACKENDS": [
        "core.api.filters.StrictFilters",
        "core.api.filters.StrictSearch",
        "core.api.filters.StrictOrdering",
    ],
    "DEFAULT_SCHEMA_CLASS": "core.api.schema.Schema",
    "EXCEPTION_HANDLER": "core.api.problems.exception_handler",
    "DATETIME_FORMAT": "iso-8601",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Dynacomp",
    "DESCRIPTION": "Dynamic compression: files in, the best codec or pipeline found, the round trip proved.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "/static/dynacomp/favicon.svg",
    "SWAGGER_UI_SETTINGS": {
        "persistAuthorization": True,
        "displayRequestDuration": True,
        "validatorUrl": None,  # nothing leaves for a validator elsewhere
    },
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "ENUM_NAME_OVERRIDES": {
        "AlertStatusEnum": "metrics.alerting.choices.Status",
        "AlgorithmKindEnum": "compression.choices.AlgorithmKind",
        "AlgorithmStatusEnum": "compression.choices.AlgorithmStatus",
        "ComparisonEndingEnum": "compression.choices.Ending",
        "OptimisationEndingEnum": "compression.optimising.choices.Ended",
        "DeliveryStatusEnum": "core.notifications.choices.DeliveryStatus",
        "FileKindEnum": "files.choices.Kind",
        "FileOriginEnum": "files.choices.Origin",
        "HealthStatusEnum": "core.health.Status",
        "LogLevelEnum": "core.choices.LogLevel",
        "NotificationLevelEnum": "core.notifications.choices.Level",
        "OutcomeOriginEnum": "compression.learning.choices.Origin",
        "ScopeEnum": "core.access.roles.Scope",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.api.schema.add_common_parts",
    ],
}
