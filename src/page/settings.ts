export {}
export function openFaceSettings(): void {}
