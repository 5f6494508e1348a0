package io.feiqian.cli;

/**
 * Ends a command: one line of what happened, one of what to do about it, and the exit status. The
 * frame prints both lines and no stack trace.
 */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ExitStatus status;
    private final String remedy;

    /** Fails with what happened and what to do; an empty remedy prints no second line. */
    public CommandFailure(ExitStatus status, String happened, String remedy) {
        super(happened);
        this.status = status;
        this.remedy = remedy;
    }

    /** The same, where another failure led to it. */
    public CommandFailure(ExitStatus status, String happened, String remedy, Throwable cause) {
        super(happened, cause);
        this.status = status;
        this.remedy = remedy;
    }

    /** What the shell is told. */
    public ExitStatus status() {
        return status;
    }

    /** What happened, in one line. */
    public String happened() {
        return String.valueOf(getMessage());
    }

    /** What to do about it; empty where there is nothing to say. */
    public String remedy() {
        return remedy;
    }
}
