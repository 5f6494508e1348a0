package io.feiqian.orchestration;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an orchestration does: a name, a version, the inputs and the steps. Immutable, checked as a
 * whole when it is made, and the same whether it was built in Java or read from JSON. An instance
 * finishes on the definition that it began with; another content needs another version. Rows:
 * D6.4-a, D6.4-d.
 */
public final class Definition {
    /** How long a definition in JSON may be, in characters. */
    public static final int LONGEST = 262_144;

    /** How many steps it may have, those inside others included. */
    public static final int MOST_STEPS = 500;

    /** How deep steps may lie inside each other. */
    public static final int DEEPEST = 8;

    /** How many iterations a loop may have. */
    public static final int MOST_ITERATIONS = 1_000;

    /** How many parts may run at the same time. */
    public static final int MOST_BRANCHES = 16;

    private final String name;
    private final int version;
    private final List<String> inputs;
    private final List<Step> steps;
    private final Map<String, Step.Call> calls;
    private final String json;
    private final String digest;

    /**
     * A definition of these parts.
     *
     * @throws DefinitionException with every flaw that was found
     */
    public Definition(String name, int version, List<String> inputs, List<Step> steps) {
        this.name = name;
        this.version = version;
        this.inputs = List.copyOf(inputs);
        this.steps = List.copyOf(steps);
        new DefinitionCheck(this).run();
        this.calls = callsIn(this.steps);
        this.json = DefinitionWriter.write(this);
        this.digest = sha256(json);
    }

    /** Begins a definition in Java. */
    public static Builder named(String name, int version) {
        return new Builder(name, version);
    }

    /**
     * Reads a definition in JSON; {@code docs/orchestration.md} describes the form.
     *
     * @throws DefinitionException with every flaw that was found
     */
    public static Definition parse(String json) {
        return new DefinitionReader().read(json);
    }

    /** The name. */
    public String name() {
        return name;
    }

    /** 1 and up. */
    public int version() {
        return version;
    }

    /** The variables that have to be given at the start. */
    public List<String> inputs() {
        return inputs;
    }

    /** What is done. */
    public List<Step> steps() {
        return steps;
    }

    /** All calls, also those inside other steps, by name, in order. */
    public Map<String, Step.Call> calls() {
        return calls;
    }

    /** The call with this name. */
    Optional<Step.Call> call(String step) {
        return Optional.ofNullable(calls.get(step));
    }

    /** The one way to write it as JSON; {@link #parse} reads an equal definition from it. */
    public String json() {
        return json;
    }

    /** SHA-256 of {@link #json()}, 64 hexadecimal digits. */
    public String digest() {
        return digest;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Definition that && that.json.equals(json);
    }

    @Override
    public int hashCode() {
        return json.hashCode();
    }

    /** Name and version. */
    @Override
    public String toString() {
        return name + " " + version;
    }

    private static Map<String, Step.Call> callsIn(List<Step> steps) {
        Map<String, Step.Call> all = new LinkedHashMap<>();
        collect(steps, all);
        return Collections.unmodifiableMap(all);
    }

    private static void collect(List<Step> steps, Map<String, Step.Call> all) {
        for (Step each : steps) {
            if (each instanceof Step.Call call) {
                all.put(call.name(), call);
            }
            each.parts().forEach(part -> collect(part, all));
        }
    }

    private static String sha256(String text) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("SHA-256: not in this Java", missing);
        }
    }

    /** A definition in the making; each method gives a new builder. */
    public static final class Builder {
        private final String name;
        private final int version;
        private final List<String> inputs;

        private Builder(String name, int version) {
            this(name, version, List.of());
        }

        private Builder(String name, int version, List<String> inputs) {
            this.name = name;
            this.version = version;
            this.inputs = inputs;
        }

        /** With these variables to be given at the start. */
        public Builder inputs(String... names) {
            return new Builder(name, version, List.of(names));
        }

        /**
         * The definition with these steps.
         *
         * @throws DefinitionException with every flaw that was found
         */
        public Definition steps(Step... steps) {
            return new Definition(name, version, inputs, List.of(steps));
        }
    }
}
