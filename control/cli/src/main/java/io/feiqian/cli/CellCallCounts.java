package io.feiqian.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the gateway's calls to one cell ended since it started, by its metrics.
 *
 * @param answered with a certain answer, be it a refusal
 * @param turnedAway because nobody served the cell; without effect
 * @param unknown lost: nobody knows whether they had an effect
 * @param moved attempts that another instance got because the first had not begun them
 * @param repeated attempts sent again although an instance may have begun them
 */
record CellCallCounts(long answered, long turnedAway, long unknown, long moved, long repeated) {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** What the gateway says now; empty where it does not answer. */
    static Optional<CellCallCounts> ask(String gateway, String cell) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> response =
                    http.send(
                            HttpRequest.newBuilder(URI.create(gateway + "/metrics"))
                                    .timeout(PATIENCE)
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            return response.statusCode() == 200
                    ? Optional.of(read(response.body(), cell))
                    : Optional.empty();
        } catch (IOException silent) {
            return Optional.empty();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** Reads metrics in the text format of Prometheus; what is not there is 0. */
    static CellCallCounts read(String metrics, String cell) {
        return new CellCallCounts(
                value(metrics, "feiqian_cell_calls_total", cell, "ended", "answered"),
                value(metrics, "feiqian_cell_calls_total", cell, "ended", "turned_away"),
                value(metrics, "feiqian_cell_calls_total", cell, "ended", "unknown"),
                value(metrics, "feiqian_cell_again_total", cell, "why", "moved"),
                value(metrics, "feiqian_cell_again_total", cell, "why", "repeated"));
    }

    /** What was added since; empty where the gateway was restarted between. */
    Optional<CellCallCounts> since(CellCallCounts before) {
        CellCallCounts more =
                new CellCallCounts(
                        answered - before.answered,
                        turnedAway - before.turnedAway,
                        unknown - before.unknown,
                        moved - before.moved,
                        repeated - before.repeated);
        return more.answered < 0
                        || more.turnedAway < 0
                        || more.unknown < 0
                        || more.moved < 0
                        || more.repeated < 0
                ? Optional.empty()
                : Optional.of(more);
    }

    /** Whether every call was answered, and none was sent to two instances that may both act. */
    boolean isClean() {
        return turnedAway == 0 && unknown == 0 && repeated == 0;
    }

    private static long value(String metrics, String name, String cell, String tag, String value) {
        Matcher line =
                Pattern.compile("^%s\\{([^}]*)} (\\S+)$".formatted(name), Pattern.MULTILINE)
                        .matcher(metrics);
        while (line.find()) {
            String labels = "," + line.group(1) + ",";
            if (labels.contains(",cell=\"" + cell + "\",")
                    && labels.contains(",%s=\"%s\",".formatted(tag, value))) {
                return Math.round(Double.parseDouble(line.group(2)));
            }
        }
        return 0;
    }
}
