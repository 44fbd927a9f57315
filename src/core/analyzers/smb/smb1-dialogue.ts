export class Smb1Dialogue {}
