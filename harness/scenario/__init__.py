"""The question: what is asked, of which combination, under which conditions, with which controls."""

from harness.scenario.loading import check, load
from harness.scenario.problem import Problem, ScenarioProblemsError

__all__ = ["Problem", "ScenarioProblemsError", "check", "load"]
