"""Child processes that never outlive us: launch one, watch several, stop all."""

from switch.processes.ending import Ending, ending_of
from switch.processes.launch import Account, launch, open_log, tail
from switch.processes.process import Process
from switch.processes.ready import answers
from switch.processes.supervisor import Child, ChildFailed, Supervisor

__all__ = ["Account", "Child", "ChildFailed", "Ending", "Process", "Supervisor", "answers", "ending_of", "launch", "open_log", "tail"]
