package io.feiqian.console;

import io.feiqian.cli.GatewayDesks;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * The lines to the gateways of this machine: the one that the console was told of, and those whose
 * folders lie beside that one's. Looked for anew each time, since gateways come and go. Blocks;
 * thread-safe.
 */
final class GatewayLines {
    /** More than a console is for. */
    private static final int MOST = 20;

    private final Path told;
    private final String token;
    private final Duration patience;

    /**
     * Lines.
     *
     * @param told the file in which the gateway says where its desk is
     * @param token the token of gateways whose own one cannot be read here
     */
    GatewayLines(Path told, String token, Duration patience) {
        this.told = told.toAbsolutePath().normalize();
        this.token = token;
        this.patience = patience;
    }

    /** Every gateway as it is now, by the name of its folder. */
    Map<String, GatewayView> look() {
        Map<String, GatewayView> all = new TreeMap<>();
        all().forEach((folder, line) -> all.put(folder, line.look()));
        return all;
    }

    /**
     * The line to one of them.
     *
     * @throws RefusedException where there is none in this folder
     */
    GatewayLine to(String folder) {
        GatewayLine line = all().get(folder);
        if (line == null) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT,
                    "gateway: unknown (expected: one of %s)".formatted(all().keySet()));
        }
        return line;
    }

    private Map<String, GatewayLine> all() {
        Path folder = told.getParent();
        Path beside = folder == null ? null : folder.getParent();
        Map<String, GatewayLine> all = new TreeMap<>();
        if (folder != null) {
            all.put(String.valueOf(folder.getFileName()), new GatewayLine(told, token, patience));
        }
        if (beside != null) {
            for (String name : GatewayDesks.names(beside)) {
                if (all.size() < MOST) {
                    Path file = beside.resolve(name).resolve(GatewayDesks.FILE);
                    all.putIfAbsent(name, new GatewayLine(file, token, patience));
                }
            }
        }
        return all;
    }
}
