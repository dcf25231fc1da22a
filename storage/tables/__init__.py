"""All tables. Importing this package fills `SQLModel.metadata`, which the migrations are held against."""

from storage.tables.approvals import Approval, ApprovalStep, Decision
from storage.tables.audit import AuditEvent, AuditHead
from storage.tables.base import TeamOwned
from storage.tables.coding import CodingMend
from storage.tables.contracts import Contract, ContractVersion, RatedLineRow, ScheduleEntry
from storage.tables.corrections import Correction, CorrectionLine
from storage.tables.deals import Customer, DealRow, DealVersion
from storage.tables.intake import InboxRow, PollCursor
from storage.tables.invoices import Invoice, InvoiceLineRow, InvoiceVersion, NumberSeries
from storage.tables.ledger import JournalEntry, JournalLine
from storage.tables.messages import CardCopy, HomeTab, SlackLane, SlackPost
from storage.tables.usage import UsageAlert, UsageClosing, UsageEvent, UsageImport
from storage.tables.work import Attention, EffectRow, JobRun, WorkerBeat

__all__ = [
    "Approval",
    "ApprovalStep",
    "Attention",
    "AuditEvent",
    "AuditHead",
    "CardCopy",
    "CodingMend",
    "Contract",
    "ContractVersion",
    "Correction",
    "CorrectionLine",
    "Customer",
    "DealRow",
    "DealVersion",
    "Decision",
    "EffectRow",
    "HomeTab",
    "InboxRow",
    "Invoice",
    "InvoiceLineRow",
    "InvoiceVersion",
    "JobRun",
    "JournalEntry",
    "JournalLine",
    "NumberSeries",
    "PollCursor",
    "RatedLineRow",
    "ScheduleEntry",
    "SlackLane",
    "SlackPost",
    "TeamOwned",
    "UsageAlert",
    "UsageClosing",
    "UsageEvent",
    "UsageImport",
    "WorkerBeat",
]
