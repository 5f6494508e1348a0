package io.feiqian.sqlmode;

import java.util.List;

/**
 * A table whose changes can be undone.
 *
 * @param id its number in {@code feiqian_table}
 * @param schema its schema, as the database stores the name
 * @param name its name, as the database stores it
 * @param visible whether the name alone means this table
 * @param keyColumns the primary key's columns, quoted as SQL needs them
 * @param current whether it is still as it was when it was enrolled
 */
record EnrolledTable(
        int id,
        String schema,
        String name,
        boolean visible,
        List<String> keyColumns,
        boolean current) {
    EnrolledTable {
        keyColumns = List.copyOf(keyColumns);
    }
}
