"""Benchmarks: the product beside the physical limit, in one run; only ratios count."""
