package io.feiqian.observatory;

/**
 * The process that something came from.
 *
 * @param service its role, such as {@code gateway}
 * @param instance its name, such as {@code cell-1-1}
 * @param cell the cell that it serves; empty for none
 */
public record Source(String service, String instance, String cell) {
    /** What it is called in pictures: its cell, or else its role. */
    public String node() {
        return cell.isEmpty() ? service : cell;
    }
}
