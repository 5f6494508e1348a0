package io.feiqian.cli;

/** What {@code feiqian} returns to the shell; stable, so that scripts can tell why. */
public enum ExitStatus {
    /** Done, and nothing was found wrong. */
    OK(0, "done"),
    /** It ran and found something wrong, or the bank refused. */
    FAILED(1, "something is wrong, or the bank refused"),
    /** The command line cannot be understood. */
    USAGE(2, "the command line cannot be understood"),
    /** The simulation, with a rule removed, showed how money is lost. */
    BROKEN_RULE_SHOWN(3, "a simulation with a rule removed lost money, as it should"),
    /** A benchmark's or conformance run's peer is not there. */
    MISSING_PEER(4, "something to compare or work with is not there"),
    /** The system is not running, or what is asked does not answer. */
    NOT_RUNNING(5, "the system is not running or does not answer"),
    /** The outcome is not known yet; the same trace number finds it. */
    UNKNOWN_OUTCOME(6, "the outcome is not known yet: ask again with the same trace number"),
    /** Refused to start: a port or the home is in use, or the home is of a newer version. */
    CANNOT_START(7, "cannot start: port or home folder in use, or of a newer version"),
    /** A fault of Feiqian itself. */
    FAULT(70, "a fault of feiqian itself");

    private final int code;
    private final String meaning;

    ExitStatus(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    /** The number that the shell sees. */
    public int code() {
        return code;
    }

    /** What it means, in half a sentence; help prints it. */
    public String meaning() {
        return meaning;
    }
}
