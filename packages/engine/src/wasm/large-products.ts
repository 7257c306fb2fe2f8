export interface ProductShape {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  /** of the left side, from one row to the next: less than `inner` where rows overlap, as those that a convolution sees. `inner` unless given */
  readonly stride?: number;
  /** the left side is (inner, rows) */
  readonly transposeA: boolean;
  /** the right side is (columns, inner) */
  readonly transposeB: boolean;
}

/** What does products that are large enough for it better than the backend does. */
export interface LargeProducts {
  readonly isLarge: (shape: ProductShape) => boolean;
  /** Writes the product of two float32 matrices. @param out (rows, columns) */
  readonly multiply: (out: Float32Array, a: Float32Array, b: Float32Array, shape: ProductShape) => void;
}
