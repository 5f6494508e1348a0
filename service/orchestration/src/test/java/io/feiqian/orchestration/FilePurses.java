package io.feiqian.orchestration;

import io.feiqian.orchestration.spi.StepCall;
import io.feiqian.orchestration.spi.StepCall.Direction;
import io.feiqian.orchestration.spi.StepOutcome;
import io.feiqian.orchestration.spi.StepService;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Purses in a store that knows no transactions and no SQL, wrapped as a service: a file to which
 * lines are appended. One line holds the effect and the key of the call, so that both are there or
 * neither is; a line that a crash tore is cut off at the next start.
 */
final class FilePurses implements StepService, AutoCloseable {
    private final FileChannel file;
    private final Map<String, Long> balances = new HashMap<>();
    private final Map<String, String> standings = new HashMap<>();

    FilePurses(Path path) {
        try {
            this.file =
                    FileChannel.open(
                            path,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            ByteBuffer all = ByteBuffer.allocate((int) file.size());
            while (all.hasRemaining() && file.read(all) >= 0) {
                // Reads on.
            }
            String text = new String(all.array(), StandardCharsets.US_ASCII);
            int whole = text.lastIndexOf('\n') + 1;
            text.substring(0, whole).lines().forEach(this::replay);
            file.truncate(whole);
            file.position(whole);
        } catch (IOException failed) {
            throw new IllegalStateException(path.toString(), failed);
        }
    }

    synchronized void open(String purse, long balance) throws IOException {
        append("open", "DONE", purse, balance);
    }

    synchronized long total() {
        return balances.values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public synchronized CompletionStage<StepOutcome> call(StepCall call) {
        String key = call.trace() + "/" + call.number();
        String standing = standings.getOrDefault(key, "");
        var input = Json.read(call.input(), 10_000);
        String purse = input.path("to").asText();
        long amount = input.path("amount").longValue();
        try {
            return CompletableFuture.completedStage(
                    call.direction() == Direction.FORWARD
                            ? add(key, standing, purse, amount)
                            : takeBack(key, standing, purse, amount));
        } catch (IOException failed) {
            return CompletableFuture.failedStage(failed);
        }
    }

    private StepOutcome add(String key, String standing, String purse, long amount)
            throws IOException {
        if (standing.isEmpty()) {
            boolean possible = balances.getOrDefault(purse, -1L) + amount >= 0;
            append(key, possible ? "DONE" : "REFUSED", purse, possible ? amount : 0);
        }
        return switch (standings.getOrDefault(key, "")) {
            case "DONE", "REVERSED" -> StepOutcome.accepted();
            case "REFUSED" -> StepOutcome.refused("PURSE_EMPTY", purse);
            default -> StepOutcome.refused("REVERSED_BEFORE", purse);
        };
    }

    private StepOutcome takeBack(String key, String standing, String purse, long amount)
            throws IOException {
        if (standing.isEmpty()) {
            append(key, "REFUSES_LATE", purse, 0);
        } else if (standing.equals("DONE")) {
            append(key, "REVERSED", purse, -amount);
        }
        return StepOutcome.accepted();
    }

    private void append(String key, String standing, String purse, long change) throws IOException {
        String line = "%s %s %s %d%n".formatted(key, standing, purse, change);
        ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
        file.force(false);
        replay(line.strip());
    }

    private void replay(String line) {
        String[] words = line.split(" ", 4);
        standings.put(words[0], words[1]);
        if (!words[1].equals("REFUSED") && !words[1].equals("REFUSES_LATE")) {
            balances.merge(words[2], Long.parseLong(words[3]), Long::sum);
        }
    }

    /** Ends as a crash would, in the middle of a line. */
    void tear() throws IOException {
        file.write(ByteBuffer.wrap("202603010".getBytes(StandardCharsets.US_ASCII)));
        file.close();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
