"""How the system is: conditions and figures for `doctor`, health.json, the desk and Prometheus."""
