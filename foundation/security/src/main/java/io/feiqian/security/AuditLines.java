package io.feiqian.security;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.feiqian.security.AuditChain.Broken;
import io.feiqian.vocabulary.RefusedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The lines of a {@link FileAuditTrail}, read one by one, whatever somebody made of them. */
final class AuditLines {
    private static final int LONGEST_LINE = 1 << 20;

    private AuditLines() {}

    /**
     * The next whole line; empty where there is none, be it that a crash cut the last one short. Of
     * one that is longer than any record, as much as shows that it is none.
     */
    static Optional<byte[]> next(InputStream lines) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(512);
        for (int each = lines.read(); each >= 0; each = lines.read()) {
            if (each == '\n' || line.size() > LONGEST_LINE) {
                return Optional.of(line.toByteArray());
            }
            line.write(each);
        }
        return Optional.empty();
    }

    /** The record of a line; empty where it is none. */
    static Optional<AuditRecord> parse(byte[] line) {
        try {
            return Optional.of(AuditJson.read(text(line)));
        } catch (JsonProcessingException | RefusedException unreadable) {
            return Optional.empty();
        }
    }

    /**
     * What is wrong with a line, parsed as this record, that stands after that one; empty where
     * nothing is. Beyond the record's hash, the line has to be the one that was written: nothing
     * beside what the hash covers, such as a second operator or another time, is there for people
     * to read.
     */
    static Optional<Broken> judge(AuditHead head, byte[] line, Optional<AuditRecord> record) {
        if (record.isEmpty()) {
            return Optional.of(new Broken(head.sequence() + 1, "it cannot be read"));
        }
        Optional<Broken> wrong = AuditChain.judge(head, record.get());
        boolean asWritten = AuditJson.isAsWritten(text(line), record.get());
        return wrong.isPresent() || asWritten
                ? wrong
                : Optional.of(new Broken(head.sequence() + 1, AuditChain.CHANGED));
    }

    private static String text(byte[] line) {
        return new String(line, StandardCharsets.UTF_8);
    }
}
