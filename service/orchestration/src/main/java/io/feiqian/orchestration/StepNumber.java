package io.feiqian.orchestration;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The sub-number of a call inside its orchestration: version of the definition, step, and iteration
 * of each loop around it, outermost first; the same after a crash (saga-steps). Together with the
 * trace number it is the key by which a service recognises a repetition, and by which a reversal
 * names what it reverses. Row: D6.4-e.
 *
 * @param version the version of the definition
 * @param step the step's name, unique in the definition
 * @param iterations the iterations, each from 0
 * @param round 1, and one more each time that the step was refused and is tried again
 */
public record StepNumber(int version, String step, List<Integer> iterations, int round) {
    /** Copies the list; refuses numbers out of range. */
    public StepNumber {
        iterations = List.copyOf(iterations);
        if (version < 1 || round < 1) {
            throw new IllegalArgumentException(
                    "step number: %d, %d (expected: each >= 1)".formatted(version, round));
        }
    }

    /** The same place in its first round: what all rounds have in common. */
    public StepNumber place() {
        return withRound(1);
    }

    /** The same place in this round. */
    public StepNumber withRound(int number) {
        return number == round ? this : new StepNumber(version, step, iterations, number);
    }

    /** Such as {@code 1:lines/debit[3]}, and with {@code ~2} in the second round. */
    @Override
    public String toString() {
        String each =
                iterations.stream().map(number -> "[" + number + "]").collect(Collectors.joining());
        return version + ":" + step + each + (round == 1 ? "" : "~" + round);
    }

    /** Reads what {@link #toString} wrote. */
    public static StepNumber parse(String text) {
        int colon = text.indexOf(':');
        int tilde = text.indexOf('~');
        String place = tilde < 0 ? text.substring(colon + 1) : text.substring(colon + 1, tilde);
        String[] parts = place.split("\\[", -1);
        List<Integer> iterations =
                List.of(parts).subList(1, parts.length).stream()
                        .map(each -> Integer.valueOf(each.substring(0, each.length() - 1)))
                        .toList();
        return new StepNumber(
                Integer.parseInt(text.substring(0, colon)),
                parts[0],
                iterations,
                tilde < 0 ? 1 : Integer.parseInt(text.substring(tilde + 1)));
    }
}
