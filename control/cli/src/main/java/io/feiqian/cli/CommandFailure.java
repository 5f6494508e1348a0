package io.feiqian.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

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

    /** Fails since a file that was named cannot be read; what it is goes before its path. */
    public static CommandFailure unreadable(
            String what, Path file, IOException why, String remedy) {
        String named = what.isEmpty() ? file.toString() : what + " " + file;
        String said =
                switch (why) {
                    case NoSuchFileException _ -> " is not there";
                    case AccessDeniedException _ -> " may not be read by this user";
                    default -> " cannot be read: " + why.getMessage();
                };
        return new CommandFailure(ExitStatus.USAGE, named + said, remedy, why);
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
