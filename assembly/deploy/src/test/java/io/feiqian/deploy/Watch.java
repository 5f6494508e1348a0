package io.feiqian.deploy;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/** What a {@link Caller} on one of the machines sees. For one thread. */
final class Watch implements AutoCloseable {
    private static final Duration BETWEEN = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    /**
     * What it saw since it was marked.
     *
     * @param gapMillis the longest time in which nobody was answered
     * @param disturbedMillis from the first failure to the end of the last one
     * @param answers how many came since the last failure
     * @param by by whom
     */
    record Seen(long gapMillis, long disturbedMillis, int answers, List<String> by) {
        static Seen parse(String line) {
            List<String> parts = List.of(line.split(" ", -1));
            return new Seen(
                    Long.parseLong(parts.get(0)),
                    Long.parseLong(parts.get(1)),
                    Integer.parseInt(parts.get(2)),
                    List.of(parts.get(3).split("\\+", -1)));
        }

        /** Whether so many answers came without a failure, by exactly these. */
        boolean isServedBy(int enough, String... names) {
            return answers >= enough && by.equals(List.of(names));
        }
    }

    private final Timer timer = Timer.system("watch");
    private final Clock clock = Clock.system();
    private final BufferedWriter orders;
    private final BufferedReader answers;

    Watch(Process caller) {
        orders =
                new BufferedWriter(
                        new OutputStreamWriter(caller.getOutputStream(), StandardCharsets.UTF_8));
        answers =
                new BufferedReader(
                        new InputStreamReader(caller.getInputStream(), StandardCharsets.UTF_8));
    }

    void mark() throws IOException {
        String _ = order("mark");
    }

    Seen seen() throws IOException {
        return Seen.parse(order("seen"));
    }

    /** Waits until it sees this; the last that it saw where it never does. */
    Seen await(Predicate<Seen> enough) throws IOException, InterruptedException {
        long until = clock.nanos() + PATIENCE.toNanos();
        Seen seen = seen();
        while (!enough.test(seen) && clock.nanos() - until < 0) {
            timer.pause(BETWEEN);
            seen = seen();
        }
        return seen;
    }

    /** Lets so much time pass. */
    void pause(Duration length) throws InterruptedException {
        timer.pause(length);
    }

    @Override
    public void close() {
        timer.close();
    }

    private String order(String what) throws IOException {
        orders.write(what + "\n");
        orders.flush();
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException("the caller ended (expected: not yet)");
        }
        return answer;
    }
}
