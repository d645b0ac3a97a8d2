"""Settings for the tests of the rules: no time limit on one example, the machine may be busy."""

from hypothesis import HealthCheck, settings

settings.register_profile("casework", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("casework")
