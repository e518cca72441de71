"""Settlement windows, debts, and the files that tell of them."""

from switch.application.settlement import SettlementCases
from switch.bootstrap.wiring.parts import Parts
from switch.usecases.acknowledge_file import AcknowledgeFile
from switch.usecases.advance_windows import AdvanceWindows
from switch.usecases.answer_window import AnswerWindow
from switch.usecases.chase_files import ChaseFiles
from switch.usecases.choose_layout import ChooseLayout
from switch.usecases.choose_push_place import ChoosePushPlace
from switch.usecases.close_window import CloseWindow
from switch.usecases.file_remaking import FileRemaking
from switch.usecases.issue_files import IssueFiles
from switch.usecases.open_window import OpenWindow
from switch.usecases.push_files import PushFiles
from switch.usecases.reissue_file import ReissueFile
from switch.usecases.revise_file import ReviseFile
from switch.usecases.set_calendar import SetCalendar
from switch.usecases.settle_debts import SettleDebts
from switch.usecases.settle_window import SettleWindow


def settlement_cases(parts: Parts) -> SettlementCases:
    outside = parts.outside
    clock, adapters, chance, signer = outside.clock, outside.adapters, outside.chance, outside.signer
    database = parts.database
    open_window = OpenWindow(clock=clock, database=database)
    close_window = CloseWindow(clock=clock, database=database)
    settle_window = SettleWindow(clock=clock, database=database, settlement=adapters.settlement)
    issue_files = IssueFiles(clock=clock, database=database, layouts=adapters.layouts, drop=adapters.drop, signer=signer)
    remaking = FileRemaking(adapters.layouts, adapters.drop, signer)
    return SettlementCases(
        set_calendar=SetCalendar(clock=clock, database=database),
        open_window=open_window,
        close_window=close_window,
        settle_window=settle_window,
        settle_debts=SettleDebts(clock, database, adapters.settlement),
        answer_window=AnswerWindow(clock, database),
        advance_windows=AdvanceWindows(
            clock=clock,
            database=database,
            open_window=open_window,
            close_window=close_window,
            settle_window=settle_window,
            issue_files=issue_files,
        ),
        issue_files=issue_files,
        reissue_file=ReissueFile(database=database, remaking=remaking),
        revise_file=ReviseFile(clock=clock, database=database, remaking=remaking),
        choose_layout=ChooseLayout(clock=clock, database=database, layouts=adapters.layouts),
        choose_push_place=ChoosePushPlace(clock, database),
        push_files=PushFiles(clock, database, adapters.pushes, chance),
        acknowledge_file=AcknowledgeFile(clock=clock, database=database),
        chase_files=ChaseFiles(clock=clock, database=database),
    )
