package io.feiqian.chaos;

import java.util.List;

/** What a bank goes through in a run. */
enum Ordeal {
    /** Every kind of fault to every process. Answers may be unknown, and requests unserved. */
    FAULTS,
    /** Cells are restarted in order, one after the other. Nobody may notice. */
    ROLLING_RESTARTS,
    /** The registry is killed, held and emptied. Nobody may notice (the third law). */
    REGISTRY;

    /** What happens in it. */
    List<FaultKind> kinds() {
        return switch (this) {
            case FAULTS -> FaultKind.ofBank();
            case ROLLING_RESTARTS -> List.of(FaultKind.ROLLING_RESTART);
            case REGISTRY -> FaultKind.ofRegistry();
        };
    }

    /** Whether not one request may end unknown or unserved. */
    boolean goesUnnoticed() {
        return this != FAULTS;
    }
}
