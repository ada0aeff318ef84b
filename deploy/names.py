"""Names of the one node and the one recorder of a single machine; rooms name theirs, so there may be more."""

from bridge.ids import NodeId, RecorderId

LOCAL_NODE = NodeId("sfu-1")
LOCAL_RECORDER = RecorderId("recorder-1")
