"""The calendar of billing: periods, anchors, proration, ramps, co-termination and due dates. Pure."""
