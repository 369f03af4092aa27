"""The laws of the kernel are tested by many examples, on machines that are busy with other tests too."""

from hypothesis import settings

settings.register_profile("kernel", deadline=None)
settings.load_profile("kernel")
