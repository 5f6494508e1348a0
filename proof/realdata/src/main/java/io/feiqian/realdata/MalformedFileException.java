package io.feiqian.realdata;

import java.nio.file.Path;

/** A file of a data set that cannot be read as what it should be; names the file and the line. */
public final class MalformedFileException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What is wrong at this line (from 1; 0 for the file as a whole). */
    public MalformedFileException(Path file, int line, String what) {
        super(file.getFileName() + (line > 0 ? ", line " + line : "") + ": " + what);
    }
}
