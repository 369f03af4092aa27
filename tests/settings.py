"""The settings under test: the real ones, with keys and files of their own and a password hash that costs nothing."""

import os

from nuanliu.base.var import var_folder

os.environ["NUANLIU_DEMONSTRATION"] = "yes"
os.environ["NUANLIU_KEYS_DIR"] = str(var_folder() / "tests" / "keys")
os.environ["NUANLIU_MARKS_DIR"] = str(var_folder() / "tests" / "marks")

from nuanliu.config.settings import *  # noqa: F403

MEDIA_ROOT = var_folder() / "tests" / "files"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Files as they lie, without being collected first; a server of the tests leaves the installation's own alone.
STATIC_ROOT = var_folder() / "tests" / "static"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405
WHITENOISE_USE_FINDERS = True
