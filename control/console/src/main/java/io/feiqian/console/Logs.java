package io.feiqian.console;

import io.feiqian.observatory.LogLine;
import java.util.List;

/**
 * A search among log lines.
 *
 * @param kept whether there is an observatory at all
 * @param filter what was asked for
 * @param found the newest first
 */
public record Logs(boolean kept, Traces.Filter filter, List<LogLine> found) {
    /** Copies the list. */
    public Logs {
        found = List.copyOf(found);
    }
}
