"""Tests of the README and of the pages under docs/."""
