package io.feiqian.orchestration;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A definition that is refused; every flaw that was found, at least one. Thrown by builders and
 * readers of definitions, never while an orchestration runs.
 */
public final class DefinitionException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<Flaw> flaws;

    /** A refusal for these reasons. */
    public DefinitionException(List<Flaw> flaws) {
        super(flaws.stream().map(Flaw::toString).collect(Collectors.joining("; ")));
        this.flaws = List.copyOf(flaws);
    }

    static DefinitionException of(Flaw.Code code, String place, String message) {
        return new DefinitionException(List.of(new Flaw(code, place, message)));
    }

    /** What is wrong, in the order of the definition. */
    public List<Flaw> flaws() {
        return flaws;
    }
}
