"""Settlement windows, debts, and the files that tell of them."""

from dataclasses import dataclass

from switch.usecases.acknowledge_file import AcknowledgeFile
from switch.usecases.advance_windows import AdvanceWindows
from switch.usecases.answer_window import AnswerWindow
from switch.usecases.chase_files import ChaseFiles
from switch.usecases.choose_layout import ChooseLayout
from switch.usecases.choose_push_place import ChoosePushPlace
from switch.usecases.close_window import CloseWindow
from switch.usecases.issue_files import IssueFiles
from switch.usecases.open_window import OpenWindow
from switch.usecases.push_files import PushFiles
from switch.usecases.reissue_file import ReissueFile
from switch.usecases.revise_file import ReviseFile
from switch.usecases.set_calendar import SetCalendar
from switch.usecases.settle_debts import SettleDebts
from switch.usecases.settle_window import SettleWindow


@dataclass(frozen=True)
class SettlementCases:
    set_calendar: SetCalendar
    open_window: OpenWindow
    close_window: CloseWindow
    settle_window: SettleWindow
    settle_debts: SettleDebts
    answer_window: AnswerWindow
    advance_windows: AdvanceWindows
    issue_files: IssueFiles
    reissue_file: ReissueFile
    revise_file: ReviseFile
    choose_layout: ChooseLayout
    choose_push_place: ChoosePushPlace
    push_files: PushFiles
    acknowledge_file: AcknowledgeFile
    chase_files: ChaseFiles
