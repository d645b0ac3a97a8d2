"""Proposals from the facts in the records and the words of the mail: the decision buttons, best first."""

from __future__ import annotations

from workstation.casework.case_facts import CaseFacts
from workstation.casework.proposal import LineChoice, Proposal, Topics, TopicWords

__all__ = ["CaseFacts", "LineChoice", "Proposal", "TopicWords", "Topics"]
