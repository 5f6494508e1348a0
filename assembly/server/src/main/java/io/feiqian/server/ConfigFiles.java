package io.feiqian.server;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ExitStatus;
import io.feiqian.configuration.ConfigurationException;
import io.feiqian.configuration.DocumentType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads what a process is told from its file; unknown keys are refused by name. */
final class ConfigFiles {
    private ConfigFiles() {}

    static <T extends Record> T read(Path file, DocumentType<T> type) {
        try {
            return type.parse(Files.readString(file));
        } catch (ConfigurationException wrong) {
            throw new CommandFailure(
                    ExitStatus.USAGE, file + ": " + wrong.getMessage(), "Correct the file.", wrong);
        } catch (IOException unreadable) {
            throw CommandFailure.unreadable("", file, unreadable, "Name the file with --config.");
        }
    }
}
