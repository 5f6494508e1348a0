package io.feiqian.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ExitStatus;
import io.feiqian.cli.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads what a process is told from its file; unknown keys are refused by name. */
final class ConfigFiles {
    private ConfigFiles() {}

    static <T extends Record> T read(Path file, Class<T> type) {
        try {
            return Json.MAPPER.readValue(Files.readString(file), type);
        } catch (JsonProcessingException wrong) {
            throw new CommandFailure(
                    ExitStatus.USAGE,
                    file + ": " + wrong.getOriginalMessage(),
                    "Correct the file.",
                    wrong);
        } catch (IOException unreadable) {
            throw new CommandFailure(
                    ExitStatus.USAGE,
                    file + " cannot be read: " + unreadable.getMessage(),
                    "Name the file with --config.",
                    unreadable);
        }
    }
}
