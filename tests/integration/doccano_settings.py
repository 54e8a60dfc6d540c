"""doccano's settings with imports and exports made at once, without a queue and its worker."""

from config.settings.production import *  # noqa: F403

CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_STORE_EAGER_RESULT = True
